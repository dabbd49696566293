/** What a header's name and its value may hold: RFC 9110 §5.1, §5.5. */
export const fieldName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
export const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;
