import { once } from 'node:events';
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { streams } from './definitions.js';
import type { ServerState } from './server-state.js';
import { errorOf } from './fault-errors.js';
import type { ReadFault } from './faults.js';
import { streamNameOf } from './messages.js';

export type ReadCall = ServerWritableStream<streams.ReadReq, streams.ReadResp>;

/** What a call that has been broken off, by the client or by a fault, is left with. */
export class ReadEnded extends Error {
  override readonly name = 'ReadEnded';
}

/**
 * The sending side of a read: waits where the client does not keep up, so that a flood is held back
 * by the client's own window; and carries out the faults that strike in the middle.
 */
export class Reader {
  readonly #gone = new AbortController();
  #events = 0;

  constructor(
    private readonly state: ServerState,
    private readonly call: ReadCall,
    private readonly fault: ReadFault | undefined,
  ) {
    call.on('cancelled', () => this.#gone.abort());
    call.on('close', () => this.#gone.abort());
  }

  /** Aborts when the client has gone. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  async sendEvent(message: streams.ReadResp): Promise<void> {
    await this.#strike();
    this.#events += 1;
    if (this.#omits(message)) return;
    await this.send(message);
    if (this.fault?.kind === 'duplicate') await this.send(message);
  }

  async send(message: streams.ReadResp): Promise<void> {
    if (this.gone.aborted) throw new ReadEnded();
    if (this.state.faults.blackHole === true) await this.#silence();
    if (this.call.write(message)) return;
    try {
      await once(this.call, 'drain', { signal: this.gone });
    } catch {
      throw new ReadEnded();
    }
  }

  #omits(message: streams.ReadResp): boolean {
    if (this.fault?.kind !== 'omit') return false;
    const { stream, revision } = this.fault;
    const event = message.getEvent()?.getEvent();
    if (event === undefined || streamNameOf(event.getStreamIdentifier()) !== stream) return false;
    return event.getStreamRevision() === String(revision);
  }

  async #strike(): Promise<void> {
    const { fault } = this;
    if (fault === undefined || !('afterEvents' in fault)) return;
    if (this.#events < fault.afterEvents) return;
    switch (fault.kind) {
      case 'stall':
        return this.#silence();
      case 'cut':
        this.state.cut(this.call);
        throw new ReadEnded();
      case 'drop':
        if (fault.as !== 'end') throw errorOf(fault.as);
        this.call.end();
        throw new ReadEnded();
    }
  }

  /** Sends nothing more until the client has gone. */
  async #silence(): Promise<never> {
    if (!this.gone.aborted) await once(this.gone, 'abort');
    throw new ReadEnded();
  }
}
