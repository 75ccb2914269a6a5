import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** When the connection is cut. */
export type CutAt =
  /** The request never arrives. */
  | 'before-request'
  /** Half of the request arrives. */
  | 'half-request'
  /** The whole request arrives, but its client is gone. */
  | 'after-request'
  /** The server has performed the request, and the answer is lost. */
  | 'before-answer';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

interface Cut {
  readonly at: CutAt;
  readonly matches: (request: Buffer) => boolean;
  readonly done: () => void;
}

const HOST = '127.0.0.1';

/** A TCP proxy between a client and a real server that cuts or stalls connections. */
export class TcpProxy {
  readonly #pairs = new Set<Pair>();
  #cut: Cut | null = null;
  #refusing = false;
  #stalled = false;
  /** Bytes that came from clients. */
  received = 0;
  /** Connections that were not let in. */
  refused = 0;

  private constructor(
    private readonly listener: Server,
    private readonly target: number,
  ) {
    listener.on('connection', (client) => this.#onConnection(client));
  }

  static async to(port: number): Promise<TcpProxy> {
    const listener = createServer();
    const proxy = new TcpProxy(listener, port);
    listener.listen(0, HOST);
    await once(listener, 'listening');
    return proxy;
  }

  /** In front of the server that a URL names: the URL through the proxy. */
  through(url: string): string {
    const proxied = new URL(url);
    proxied.hostname = HOST;
    proxied.port = String(this.port);
    return proxied.toString();
  }

  get port(): number {
    const address = this.listener.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy is closed');
    return address.port;
  }

  /** Cuts one connection, at the next request that matches. Resolves when it is done. */
  cutNext(at: CutAt, matches: (request: Buffer) => boolean = () => true): Promise<void> {
    return new Promise((done) => {
      this.#cut = { at, matches, done };
    });
  }

  /** Cuts every connection there is. */
  cutAll(): void {
    for (const pair of [...this.#pairs]) end(pair);
  }

  /** Rejects new connections and cuts those that exist. */
  refuse(): void {
    this.#refusing = true;
    this.cutAll();
  }

  accept(): void {
    this.#refusing = false;
  }

  /** Stops the data in both directions; connections stay open. */
  stall(): void {
    this.#stalled = true;
    for (const { client, server } of this.#pairs) {
      client.pause();
      server.pause();
    }
  }

  resume(): void {
    this.#stalled = false;
    for (const { client, server } of this.#pairs) {
      client.resume();
      server.resume();
    }
  }

  async close(): Promise<void> {
    this.listener.close();
    this.cutAll();
    await once(this.listener, 'close');
  }

  #onConnection(client: Socket): void {
    if (this.#refusing) {
      this.refused += 1;
      return void client.destroy();
    }
    const server = connect(this.target, HOST);
    const pair = { client, server };
    this.#pairs.add(pair);
    const leave = () => {
      this.#pairs.delete(pair);
      end(pair);
    };
    client
      .on('data', (bytes) => this.#forward(pair, bytes))
      .on('error', leave)
      .on('close', leave);
    server
      .on('data', (bytes) => client.write(bytes))
      .on('error', leave)
      .on('close', leave);
    if (this.#stalled) {
      client.pause();
      server.pause();
    }
  }

  #forward(pair: Pair, bytes: Buffer): void {
    this.received += bytes.length;
    const cut = this.#cut;
    if (cut === null || !cut.matches(bytes)) return void pair.server.write(bytes);
    this.#cut = null;
    const finish = () => {
      end(pair);
      cut.done();
    };
    switch (cut.at) {
      case 'before-request':
        return finish();
      case 'half-request':
        return void pair.server.write(bytes.subarray(0, bytes.length >> 1), finish);
      case 'after-request':
        return void pair.server.write(bytes, finish);
      case 'before-answer':
        pair.server.removeAllListeners('data').once('data', finish);
        pair.server.write(bytes);
    }
  }
}

/** Data already received still goes to the server, as from a client that died. */
function end({ client, server }: Pair): void {
  client.destroy();
  server.destroySoon();
}
