import type { HttpHeaders } from './http-call.ts';

/**
 * What a vendor's support asks for. OpenAI and most: x-request-id; Anthropic: request-id; Azure's gateway: apim-request-id;
 * Mistral: mistral-correlation-id (as seen in karthink/gptel#1203, 2026-01).
 */
export function requestIdOf(headers: HttpHeaders): string | undefined {
  return (
    headers['x-request-id'] ?? headers['request-id'] ?? headers['apim-request-id'] ?? headers['mistral-correlation-id']
  );
}
