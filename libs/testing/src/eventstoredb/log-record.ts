/** An event before it is written. */
export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly meta: Uint8Array;
}

export interface LogRecord extends ProposedEvent {
  readonly stream: string;
  readonly revision: number;
  /** Where it begins in the log: a byte offset, as on the real server, so never dense. */
  readonly position: number;
  readonly createdAtMs: number;
  /** The end of its stream, for ever; an event that a client writes under the same type is none. */
  readonly isTombstone: boolean;
}
