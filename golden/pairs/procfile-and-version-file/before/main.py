import psycopg2

app = None
