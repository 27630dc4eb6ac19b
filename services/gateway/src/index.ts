// HTTP edge: OpenAI-compatible API, runs, the web app.
export {};
