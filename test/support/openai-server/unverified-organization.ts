/** What an organization gets that OpenAI has not verified and that asks for reasoning summaries: openai/openai-cookbook#2271, 2025-12-03. */
export const unverifiedOrganization = {
  kind: 'error',
  status: 400,
  message: 'Your organization must be verified to generate reasoning summaries.',
  type: 'invalid_request_error',
  code: 'unsupported_value',
  param: 'reasoning.summary',
} as const;
