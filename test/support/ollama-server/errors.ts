/** `{"error": "…"}` with a status: all that Ollama says of what went wrong (docs/api/errors.mdx, read 2026-11-28). */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }

  body(): string {
    return JSON.stringify({ error: this.message });
  }
}
