/** An answer that is the vendor's error object: `{"error":{message,type,param,code}}` with a status. */
export class ApiError extends Error {
  readonly status: number;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, detail: ErrorDetail = {}) {
    super(message);
    this.status = status;
    this.type = detail.type ?? 'invalid_request_error';
    this.param = detail.param ?? null;
    this.code = detail.code ?? null;
    this.headers = detail.headers ?? {};
  }

  body(): string {
    const { message, type, param, code } = this;
    return JSON.stringify({ error: { message, type, param, code } }, undefined, 2);
  }
}

export interface ErrorDetail {
  readonly type?: string | undefined;
  readonly param?: string | null | undefined;
  readonly code?: string | null | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** 400, the most common of all. */
export function badRequest(message: string, param: string | null, code: string | null): ApiError {
  return new ApiError(400, message, { param, code });
}

export function unsupportedParameter(param: string, hint = ''): ApiError {
  const message = `Unsupported parameter: '${param}' is not supported with this model.${hint === '' ? '' : ` ${hint}`}`;
  return badRequest(message, param, 'unsupported_parameter');
}

export function unsupportedValue(param: string, value: unknown, hint: string): ApiError {
  const shown = typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
  return badRequest(
    `Unsupported value: '${param}' does not support ${shown} with this model. ${hint}`,
    param,
    'unsupported_value',
  );
}
