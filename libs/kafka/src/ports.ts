export type HeaderValue = Buffer | string | readonly (Buffer | string)[];
/** A name that came several times has an array. */
export type MessageHeaders = Readonly<Record<string, HeaderValue | undefined>>;

/** Why a message can't be read as it was sent. */
export interface MessageFault {
  /** `headers`: more of them than may be, of which only the first were read. */
  readonly kind: 'undecodable' | 'headers';
  readonly detail: string;
  /** Bytes may have been damaged on their way here: fetched again, they may be whole. */
  readonly isWorthFetchingAgain?: true;
  /** For a whole message batch, whose bytes are the value then; null: it is one message. */
  readonly batch: {
    /** The message's own offset is that of the last one. */
    readonly firstOffset: string;
    readonly codec: string;
    readonly records: number;
  } | null;
}

export interface IncomingMessage {
  readonly topic: string;
  readonly partition: number;
  /** int64, in decimal. */
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: MessageHeaders;
  /** Since the epoch, by the broker's clock where the topic says LogAppendTime; -1: it has none. */
  readonly timestampMs: number;
  readonly fault?: MessageFault;
}

export type IncomingMessages = readonly [IncomingMessage, ...IncomingMessage[]];

/** How many of the messages, from the first one on, are through for good, and why not all. */
export type HandleResult =
  | { readonly kind: 'all' }
  | { readonly kind: 'some'; readonly done: number; readonly trouble: unknown };

/** Who takes the messages of a source. */
export interface MessageHandler {
  /**
   * Messages of one partition, in order. Returning commits the offsets of those that are through.
   * The rest, or all when it throws, is delivered again after a pause. After `signal` nobody waits
   * for the answer any more.
   */
  handle(messages: IncomingMessages, signal: AbortSignal): Promise<HandleResult>;
  /** A bug met this one message: once this resolves (it is a dead letter) its offset moves on. */
  sendToDeadLetters(message: IncomingMessage, bug: unknown): Promise<void>;
  /** Others may have the partitions now: what was cached of their accounts is old. */
  partitionsRevoked(): void;
}

/** Where commands come from: Kafka, or a simulation of it. */
export interface CommandSource {
  start(receiver: MessageHandler): Promise<void>;
  /** Takes no more, lets what is under way end (or gives it up), commits what is through. */
  stop(): Promise<void>;
}

export interface OutgoingMessage {
  readonly topic: string;
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers?: MessageHeaders;
  /** Sent in its stead where its topic takes none that is so large. */
  readonly ifTooLarge?: OutgoingMessage;
}

/** Where outcomes and dead letters go. */
export interface OutcomeSink {
  /** Resolves when all replicas have them all. Rejected, any of them may have been sent. */
  send(messages: readonly OutgoingMessage[]): Promise<void>;
}
