import { createServer } from 'node:net';

const HOST = '127.0.0.1';

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port ?? 0;
}

/** Different ones: all are held until the last is found. */
export async function freePorts(count: number): Promise<number[]> {
  const held = await Promise.all(Array.from({ length: count }, () => hold(0)));
  return Promise.all(held.map((server) => server.release()));
}

export async function isPortFree(port: number): Promise<boolean> {
  try {
    const server = await hold(port);
    await server.release();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
}

function hold(port: number): Promise<{ release(): Promise<number> }> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(port, HOST, () => {
      const address = server.address();
      const held = typeof address === 'object' && address !== null ? address.port : port;
      resolve({ release: () => new Promise((done) => server.close(() => done(held))) });
    });
  });
}
