import { readFile, stat } from 'node:fs/promises';
import { hash } from 'node:crypto';
import { inWords, type Parsed } from '#contracts';
import { ConfigurationError, GREEN, type HealthStatus, type Environment } from '#runtime';
import type { Sender } from './sender.js';
import { SenderDirectory } from './sender-directory.js';
import { parseSenders } from './senders-file.js';
import { Senders } from './senders.js';

const FILE_BYTES_MAX = 1_048_576;

export interface SendersFileObserver {
  taken(senders: number): void;
  /** What the file says can't be obeyed: the one before stays. */
  rejected(faults: string): void;
}

/** What stands at the path now: the same digest, the same content. */
type Content =
  | { readonly digest: string; readonly text: string }
  | { readonly digest: string; readonly trouble: string };

/** Obeys a senders file, and what becomes of it: renamed over, written in place, or a link that moves. */
export class WatchedSenders {
  readonly senders: Senders;
  #obeyed: string;
  #suspect: string | null = null;
  #rejected: { readonly digest: string } | null = null;

  private constructor(
    private readonly path: string,
    private readonly env: Environment,
    private readonly observer: SendersFileObserver,
    digest: string,
    senders: readonly Sender[],
  ) {
    this.senders = new Senders(new SenderDirectory(senders));
    this.#obeyed = digest;
    observer.taken(senders.length);
  }

  /** Rejects with a ConfigurationError that names every fault: a process does not start on a bad file. */
  static async open(
    path: string,
    env: Environment,
    observer: SendersFileObserver,
  ): Promise<WatchedSenders> {
    const content = await contentOf(path);
    const parsed = sendersIn(content, env);
    if (parsed.ok) return new WatchedSenders(path, env, observer, content.digest, parsed.value);
    throw new ConfigurationError(
      parsed.faults.map(({ field, reason }) => ({
        variable: 'SENDERS_FILE',
        fault: `${field} ${reason}`,
      })),
    );
  }

  /** Looks whether the file has changed. Never rejects. */
  async look(): Promise<void> {
    const content = await contentOf(this.path);
    const { digest } = content;
    if (digest === this.#rejected?.digest) return;
    const parsed = digest === this.#obeyed ? null : sendersIn(content, this.env);
    if (parsed?.ok === false) {
      // One that is being written is bad only for a moment: it is looked at twice.
      if (this.#suspect === digest) this.#reject(digest, inWords(parsed.faults));
      this.#suspect = digest;
      return;
    }
    this.#suspect = null;
    this.#rejected = null;
    if (parsed === null) return;
    this.#obeyed = digest;
    this.senders.become(new SenderDirectory(parsed.value));
    this.observer.taken(parsed.value.length);
  }

  #reject(digest: string, faults: string): void {
    this.#rejected = { digest };
    this.observer.rejected(faults);
  }

  /** Whether what is on disk is not what is obeyed. */
  get isRejected(): boolean {
    return this.#rejected !== null;
  }

  condition(): HealthStatus {
    if (!this.isRejected) return GREEN;
    const reason = 'the senders file is bad, and the one before is obeyed: read the log';
    return { state: 'amber', reason };
  }
}

async function contentOf(path: string): Promise<Content> {
  try {
    const { size } = await stat(path);
    if (size > FILE_BYTES_MAX) {
      return { digest: 'too large', trouble: `must have at most ${FILE_BYTES_MAX} bytes` };
    }
    const bytes = await readFile(path);
    return { digest: hash('sha256', bytes, 'hex'), text: bytes.toString('utf8') };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return { digest: code, trouble: `can not be read: ${code}` };
  }
}

function sendersIn(content: Content, env: Environment): Parsed<readonly Sender[]> {
  if ('text' in content) return parseSenders(content.text, env);
  return { ok: false, faults: [{ field: 'the file', reason: content.trouble }] };
}
