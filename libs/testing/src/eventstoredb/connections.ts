import net from 'node:net';
import type { ConnectionInjector } from '@grpc/grpc-js';

/** The listening socket, kept apart from gRPC so that single connections can be cut. */
export class Connections {
  readonly #byPeer = new Map<string, net.Socket>();
  readonly #server: net.Server;

  private constructor(injector: ConnectionInjector) {
    this.#server = net.createServer((socket) => {
      this.#keep(socket);
      injector.injectConnection(socket);
    });
  }

  static async listen(
    injector: ConnectionInjector,
    host: string,
    port: number,
  ): Promise<Connections> {
    const connections = new Connections(injector);
    await new Promise<void>((resolve, reject) => {
      connections.#server.once('error', reject);
      connections.#server.listen(port, host, resolve);
    });
    return connections;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  get count(): number {
    return this.#byPeer.size;
  }

  /** Cuts one connection, known by its far end; all of them when it is not known. */
  cut(peer: string): void {
    const socket = this.#byPeer.get(peer);
    if (socket === undefined) this.#cutAll();
    else socket.destroy();
  }

  #cutAll(): void {
    for (const socket of this.#byPeer.values()) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#cutAll();
    await closed;
  }

  #keep(socket: net.Socket): void {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    this.#byPeer.set(peer, socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#byPeer.delete(peer));
  }
}
