from google import genai
