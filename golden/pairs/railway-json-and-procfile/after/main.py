import fastapi

app = None
