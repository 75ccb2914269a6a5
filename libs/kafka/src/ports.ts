export type HeaderValue = Buffer | string | readonly (Buffer | string)[];
/** A header that occurs several times has an array. */
export type MessageHeaders = Readonly<Record<string, HeaderValue | undefined>>;

/** Why a message can't be read as it was sent. */
export interface MessageFault {
  /** `headers`: there are more of them than may be, and only the first ones were read. */
  readonly kind: 'undecodable' | 'headers';
  readonly detail: string;
  /** The bytes may have been damaged on their way here: another fetch may bring them whole. */
  readonly isWorthFetchingAgain?: true;
  /** Set when the message stands for a whole message batch, whose bytes are its value. */
  readonly batch: {
    /** The offset of the message is that of the batch's last one. */
    readonly firstOffset: string;
    readonly codec: string;
    readonly records: number;
  } | null;
}

export interface IncomingMessage {
  readonly topic: string;
  readonly partition: number;
  /** An int64 in decimal. */
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: MessageHeaders;
  /** Milliseconds since 1970, by the broker's clock where the topic has LogAppendTime; -1: unknown. */
  readonly timestampMs: number;
  readonly fault?: MessageFault;
}

export type IncomingMessages = readonly [IncomingMessage, ...IncomingMessage[]];

/** How many of the messages, from the first one on, are done for good, and why not all are. */
export type HandleResult =
  | { readonly kind: 'all' }
  | { readonly kind: 'some'; readonly done: number; readonly cause: unknown };

export interface MessageHandler {
  /**
   * Handles messages of one partition in their order. Returning commits the offsets of those that are
   * done. The others, or all of them when it throws, are delivered again after a back-off. Once
   * `signal` has aborted, the result is ignored.
   */
  handle(messages: IncomingMessages, signal: AbortSignal): Promise<HandleResult>;
  /** A bug met this one message. Its offset is committed once this resolves. */
  sendToDeadLetters(message: IncomingMessage, bug: unknown): Promise<void>;
  /** Other consumers may own the partitions now: what is cached of their accounts may be outdated. */
  partitionsRevoked(): void;
}

/** Delivers commands: Kafka does, or a simulation of it. */
export interface CommandSource {
  start(handler: MessageHandler): Promise<void>;
  /** Delivers nothing more, waits for what is being handled, and commits what is done. */
  stop(): Promise<void>;
}

export interface OutgoingMessage {
  readonly topic: string;
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers?: MessageHeaders;
  /** Sent instead when the topic refuses a message of this size. */
  readonly ifTooLarge?: OutgoingMessage;
}

/** Where outcomes and dead letters are sent. */
export interface OutcomeSink {
  /** Resolves when all replicas have all of them. After a rejection, any of them may have been sent. */
  send(messages: readonly OutgoingMessage[]): Promise<void>;
}
