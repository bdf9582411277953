from starlette.applications import Starlette
