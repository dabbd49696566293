const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

/** What a header's name and its value may hold: RFC 9110 §5.1, §5.5. */
export const fieldName = new RegExp(`^${token}$`);
export const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * All headers as they came, each with its end: RFC 9112 §5. Where two could read different ones there are none: a line that another
 * continues (§5.2), a blank before the colon (§5.1), CR or LF alone (§2.2), NUL. Node refuses the same.
 */
export const fieldLines = new RegExp(`^(?:${token}:[^\\r\\n\\0]*\\r\\n)*$`);
