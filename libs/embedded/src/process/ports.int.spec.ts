import { createServer } from 'node:net';
import { freePort, freePorts, isPortFree } from './ports.js';

async function whileTaken<T>(port: number, host: string, work: () => Promise<T>): Promise<T> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(port, host, listening));
  try {
    return await work();
  } finally {
    await new Promise((closed) => server.close(closed));
  }
}

describe('a free port', () => {
  it('can be listened on', async () => {
    const port = await freePort();
    expect(port).toBeGreaterThan(0);
    expect(await whileTaken(port, '127.0.0.1', async () => port)).toBe(port);
  });

  it('is different from the others that are asked for with it', async () => {
    const ports = await freePorts(50);
    expect(new Set(ports).size).toBe(50);
  });

  it('is free again after it was looked at', async () => {
    const port = await freePort();
    expect(await isPortFree(port)).toBe(true);
    expect(await isPortFree(port)).toBe(true);
  });

  it('is not one on which a server of this machine listens', async () => {
    const port = await freePort();
    for (const host of ['127.0.0.1', '0.0.0.0'])
      expect(await whileTaken(port, host, () => isPortFree(port))).toBe(false);
    expect(await isPortFree(port)).toBe(true);
  });

  it('cannot be told of a number that is no port', async () => {
    await expect(isPortFree(65_536)).rejects.toMatchObject({ code: 'ERR_SOCKET_BAD_PORT' });
  });
});
