import { Socket, type ConnectOpts, type SocketConstructorOpts } from 'node:net';

const ROOM_BYTES = 65_536;
const lending = new WeakSet<object>();

/**
 * A socket that reads into the same room again and again, where others take a new one from the system
 * each time. What it tells as data is a copy, until somebody says that it may lend.
 */
export function lendingSocket(): Socket {
  const room = Buffer.allocUnsafeSlow(ROOM_BYTES);
  const told = (bytes: number): boolean => {
    const said = room.subarray(0, bytes);
    socket.emit('data', lending.has(socket) ? said : Buffer.from(said));
    return true;
  };
  // Documented for the constructor as well, but not in its types.
  const options: SocketConstructorOpts & ConnectOpts = { onread: { buffer: room, callback: told } };
  const socket = new Socket(options);
  return socket;
}

/** From here on its data is good until there is more of it. */
export const mayLend = (socket: object): unknown => lending.add(socket);
