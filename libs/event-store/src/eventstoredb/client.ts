import { EventStoreDBClient } from '@eventstore/db-client';
import type { ConnectionOptions, EndPoint } from './connection-string.js';

const KEEP_ALIVE_MS = 10_000;
const GENERATIONS = 1_000;
let generation = 0;

/**
 * On an error the client of 6.2.1 closes its channel under calls that are just beginning. A call on
 * a closed channel throws an uncatchable error, and its promise never settles. Its own error handling
 * is therefore disabled: `Clients` opens a new client and closes the old one when it is idle.
 */
export class Client extends EventStoreDBClient {
  protected override handleError = async (): Promise<void> => {};
  #channel: ReturnType<typeof this.getChannel> | undefined;

  /** A client creates its channel when it is read, so it is recorded whether it ever had one. */
  noteChannel(): this {
    const { getChannel } = this;
    this.getChannel = () => (this.#channel = getChannel());
    return this;
  }

  /** The server's version. The client caches an error permanently, so it is used for this call only. */
  async version(): Promise<string> {
    return (await this.capabilities).serverVersion;
  }

  async close(): Promise<void> {
    const channel = await this.#channel;
    channel?.close();
  }
}

/** `leader` is the node that a follower redirected us to. */
export const openClient = (settings: ConnectionOptions, leader: EndPoint | null): Client =>
  newClient(settings, leader).noteChannel();

function newClient(settings: ConnectionOptions, leader: EndPoint | null): Client {
  const options = { ...clientOptions(settings), keepAliveTimeout: nextKeepAliveTimeoutMs() };
  const tls = {
    insecure: !settings.isSecure,
    ...(settings.tlsCa === null ? {} : { rootCertificate: settings.tlsCa }),
  };
  const [first, ...others] = settings.hosts;
  if (leader !== null) return new Client({ ...options, endpoint: leader }, tls);
  if (settings.discover) return new Client({ ...options, discover: first }, tls);
  if (others.length > 0) return new Client({ ...options, endpoints: [...settings.hosts] }, tls);
  return new Client({ ...options, endpoint: first }, tls);
}

const clientOptions = ({ connectionName, nodePreference }: ConnectionOptions) => ({
  keepAliveInterval: KEEP_ALIVE_MS,
  ...(connectionName === null ? {} : { connectionName }),
  ...(nodePreference === null ? {} : { nodePreference }),
});

/**
 * A number that differs for each channel: channels with equal options share one connection, and with
 * it a back-off of up to two minutes after the server was unreachable.
 */
function nextKeepAliveTimeoutMs(): number {
  generation = (generation + 1) % GENERATIONS;
  return KEEP_ALIVE_MS + generation;
}
