import { settledWithin } from '#async';
import { Server, ServerCredentials, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { handleAppend } from './append.js';
import { BatchAppendStream } from './batch-append.js';
import { handleFeatures, handleGossip } from './cluster.js';
import { Connections } from './connections.js';
import { GossipService, ServerFeaturesService, StreamsService } from './definitions.js';
import { handleDelete, handleTombstone } from './delete.js';
import { ServerState, type ServerStateOptions } from './server-state.js';
import type { Faults } from './faults.js';
import { handleRead } from './read.js';

export interface TlsOptions {
  readonly cert: string;
  readonly key: string;
}

export interface ProtocolServerOptions extends Omit<ServerStateOptions, 'isInsecure'> {
  /** 0: any free one, and the same again after a restart. */
  readonly port?: number;
  readonly tls?: TlsOptions;
}

const HOST = '127.0.0.1';
/** How long a node that shuts down waits for calls in progress. */
const GRACE_MS = 5_000;
/** The largest message that the real server takes: what fits one record of its log. */
const MESSAGE_BYTES_MAX = 16 * 1024 * 1024 - 10_000;

/**
 * A test double of EventStoreDB: it implements the streams protocol over real gRPC on a real socket,
 * for the Node client 6.2.1, by the rules of the server. It has no disk, no cluster and no
 * projections: only tests and benches may use it.
 */
export class EventStoreDbProtocolServer {
  readonly #state: ServerState;
  readonly #tls: TlsOptions | undefined;
  #port: number;
  #grpc: Server | undefined;
  #connections: Connections | undefined;

  constructor(options: ProtocolServerOptions = {}) {
    this.#tls = options.tls;
    this.#port = options.port ?? 0;
    this.#state = new ServerState(
      { ...options, isInsecure: options.tls === undefined },
      (call) => this.#connections?.cut(call.getPeer()),
      () => ({ address: HOST, port: this.#port }),
    );
  }

  static async start(options: ProtocolServerOptions = {}): Promise<EventStoreDbProtocolServer> {
    const server = new EventStoreDbProtocolServer(options);
    await server.start();
    return server;
  }

  get port(): number {
    return this.#port;
  }

  /** Without credentials; over TLS the caller adds them, and names the certificate. */
  get connectionString(): string {
    return `esdb://${HOST}:${this.#port}?tls=${this.#tls !== undefined}`;
  }

  /** Set what is to go wrong, and take it away again. */
  get faults(): Faults {
    return this.#state.faults;
  }

  /** What is written, read without the protocol. */
  get log(): ServerState['log'] {
    return this.#state.log;
  }

  get connectionCount(): number {
    return this.#connections?.count ?? 0;
  }

  /** On the port it had before, with the data it had before. */
  async start(): Promise<void> {
    const grpc = new Server({
      'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
      'grpc.max_send_message_length': -1,
    });
    grpc.addService(StreamsService, this.#streams());
    grpc.addService(ServerFeaturesService, {
      getSupportedMethods: handleFeatures.bind(null, this.#state),
    });
    grpc.addService(GossipService, { read: handleGossip.bind(null, this.#state) });
    const injector = grpc.createConnectionInjector(credentialsOf(this.#tls));
    this.#connections = await Connections.listen(injector, HOST, this.#port);
    this.#port = this.#connections.port;
    this.#grpc = grpc;
  }

  /** As a crash: connections are cut, calls in progress are not answered, what is written stays. */
  async stop(): Promise<void> {
    this.#state.crash();
    await this.#connections?.close();
    this.#grpc?.forceShutdown();
    this.#connections = undefined;
    this.#grpc = undefined;
  }

  /**
   * As a graceful shutdown of a node: it cancels the writes that wait to be committed, rejects new
   * requests, ends idle connections at once, and after a grace period cuts those still in use,
   * subscriptions among them.
   */
  async stopGracefully(graceMs = GRACE_MS): Promise<void> {
    this.#state.isStopping = true;
    this.#state.commits.cancelAll();
    // What was cancelled is answered before the connections are told to close.
    await new Promise((resolve) => setImmediate(resolve));
    const ended = new Promise<void>((resolve) => {
      if (this.#grpc === undefined) resolve();
      else this.#grpc.tryShutdown(() => resolve());
    });
    await settledWithin(ended, graceMs);
    await this.stop();
  }

  #streams(): UntypedServiceImplementation {
    return {
      append: handleAppend.bind(null, this.#state),
      batchAppend: (call: ConstructorParameters<typeof BatchAppendStream>[1]) =>
        void new BatchAppendStream(this.#state, call),
      read: (call: Parameters<typeof handleRead>[1]) => void handleRead(this.#state, call),
      delete: handleDelete.bind(null, this.#state),
      tombstone: handleTombstone.bind(null, this.#state),
    };
  }
}

function credentialsOf(tls: TlsOptions | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  return ServerCredentials.createSsl(null, [
    { cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) },
  ]);
}
