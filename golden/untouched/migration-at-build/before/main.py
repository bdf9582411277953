import django

app = None
