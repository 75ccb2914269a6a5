import { AccountCommandProcessor, toLedgerCommand } from '#commands';
import { parseCommandData, type CommandType } from '#contracts';
import type { EventStore, SealedSnapshots } from '#event-store';
import {
  CHAIN_START,
  accountStream,
  chainHash,
  digestedData,
  eventIdOf,
  policyFingerprint,
} from '#identity';
import {
  TERMS_OF_RULES_1,
  decide,
  emptyAccount,
  evolve,
  parseEvent,
  serializeEvent,
  type Account,
  type LedgerCommand,
  type Policy,
  type PublishedSettings,
} from '#ledger';
import { settingsInForce } from '#ledger/testing';
import { toSettingsInForce, type SettingsInForce } from '#settings';
import { VersionWriter } from '#settings/testing';

/** A command as its sender wrote it. */
export interface SentInTest {
  readonly source: string;
  readonly id: string;
  readonly type: CommandType;
  readonly at: string;
  readonly data: object;
}

interface WrittenAccount {
  readonly account: Account;
  hash: Uint8Array;
}

/** Writes what processes wrote before there were settings: events name the policy alone. */
export class WriterBeforeSettings {
  readonly #accounts = new Map<string, WrittenAccount>();

  constructor(
    private readonly store: EventStore,
    private readonly policy: Policy,
  ) {}

  async run(sent: SentInTest, correlation: string): Promise<void> {
    const read = readCommand(sent, 1);
    if (read === null) return;
    const { command } = read;
    const written = await this.#account(command.userId);
    const decision = decide(command, written.account, TERMS_OF_RULES_1);
    if (decision.kind !== 'record') return;
    const { source, id, type } = command;
    const provenance = {
      command: { source, id, type },
      correlation,
      policy: policyFingerprint(this.policy),
    };
    const stream = accountStream(command.userId);
    const first = written.account.revision + 1;
    const [head, ...rest] = decision.events.map((event, index) => {
      const encoded = serializeEvent(event, provenance);
      const revision = first + index;
      const eventId = eventIdOf(event.commandId, revision);
      written.hash = chainHash(written.hash, { ...encoded, stream, revision, id: eventId });
      evolve(written.account, event);
      return { ...encoded, id: eventId, hash: written.hash };
    });
    if (head === undefined) return;
    const { kind } = await this.store.append(stream, first - 1, [head, ...rest]);
    if (kind !== 'ok') throw new Error(`${stream} ${first}: ${kind}`);
  }

  async #account(userId: string): Promise<WrittenAccount> {
    const known = this.#accounts.get(userId);
    if (known !== undefined) return known;
    const written: WrittenAccount = { account: emptyAccount(this.policy), hash: CHAIN_START };
    for await (const recorded of this.store.readStream(accountStream(userId))) {
      evolve(written.account, parseEvent(recorded));
      written.hash = recorded.hash;
    }
    this.#accounts.set(userId, written);
    return written;
  }
}

/** Writes the settings, and then commands as processes do that decide by them. */
export class WriterUnderSettings {
  readonly #processor: AccountCommandProcessor;
  readonly #versions: PublishedSettings[] = [];
  readonly #inForce = new Map<PublishedSettings, SettingsInForce>();
  readonly #publisher: VersionWriter;

  /** With `snapshots`, every command leaves a snapshot of its account. */
  constructor(store: EventStore, snapshots?: SealedSnapshots) {
    this.#publisher = new VersionWriter(store);
    const at = (moment: string): SettingsInForce => this.#at(moment);
    const settings = {
      peek: at,
      inForceAt: async (moment: string) => at(moment),
      isTakeOverOn: () => false,
    };
    this.#processor = new AccountCommandProcessor({
      store,
      settings,
      ...(snapshots && { snapshots, limits: { snapshotEvery: 1 } }),
    });
  }

  async publish(changes: Parameters<VersionWriter['write']>[0]): Promise<void> {
    this.#versions.push(await this.#publisher.write(changes));
  }

  /** The edge reads a command by the rules in force at its own time. */
  async run(sent: SentInTest, correlation: string): Promise<void> {
    const read = readCommand(sent, this.#at(sent.at).settings.rules);
    if (read === null) return;
    await this.#processor.run(read.command, { correlation, data: digestedData(read.data) });
  }

  #at(moment: string): SettingsInForce {
    const version = settingsInForce(this.#versions, moment);
    if (version === null) throw new Error(`no settings were in force at ${moment}`);
    const inForce = this.#inForce.get(version) ?? toSettingsInForce(version);
    this.#inForce.set(version, inForce);
    return inForce;
  }
}

interface ReadCommand {
  readonly command: LedgerCommand;
  readonly data: object;
}

/** null: it is ill-formed, so that the edge answers it. */
function readCommand({ type, data, source, id, at }: SentInTest, rules: 1 | 2): ReadCommand | null {
  const parsed = parseCommandData(type, data, rules);
  if (!parsed.ok) return null;
  const command = toLedgerCommand({ ...parsed.value, source, id }, at);
  return { command, data: parsed.value.data };
}
