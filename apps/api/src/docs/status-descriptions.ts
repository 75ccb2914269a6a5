/** What each status means here, in one line. */
export const STATUS_WORDS: Readonly<Record<number, string>> = {
  400: 'Invalid; `errors` names every bad field.',
  401: 'No token, or none that is good.',
  403: 'Not with this role, or not this user.',
  404: 'There is no such thing.',
  409: 'CommandIdReused: this key was used before, with another body.',
  413: 'The body is larger than 64 KiB.',
  415: 'The body is not JSON, or is packed: `Content-Encoding` is left out or `identity`.',
  422: 'Refused; `code` says why, `outcome` is the whole answer.',
  429: 'Too often, or too many streams; come again after `Retry-After` seconds.',
  503: 'Not now; send the same again after `Retry-After` seconds.',
};

/** The same of reads, which have no key. */
export const READ_STATUS_WORDS: typeof STATUS_WORDS = {
  ...STATUS_WORDS,
  409: 'account-parked: `min_position` lies behind the event at which the account is parked.',
};
