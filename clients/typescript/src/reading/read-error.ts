/** The API answered that it can't answer this: by its status, and the problem that it names. */
export class ReadError extends Error {
  override readonly name = 'ReadError';
  constructor(
    readonly status: number,
    /** The last part of the problem's type, such as `account-parked`; empty: none is named. */
    readonly problem: string,
    detail: string,
  ) {
    super(detail);
  }
}

/** No answer came in time. */
export class ReadTimeoutError extends Error {
  override readonly name = 'ReadTimeoutError';
}
