import { freePort, isPortFree } from '#embedded';

export interface ChosenPort {
  readonly port: number;
  /** Whether this port was requested. */
  readonly isExplicit: boolean;
}

export class PortTaken extends Error {
  override readonly name = 'PortTaken';
}

/** Chooses the requested port, or the preferred one, or a free one when the preferred one is taken. */
export async function choosePort(
  name: string,
  requested: number | undefined,
  preferred: number,
  report: (line: string) => void,
): Promise<ChosenPort> {
  if (requested !== undefined && requested !== 0) {
    if (await isPortFree(requested)) return { port: requested, isExplicit: true };
    throw new PortTaken(
      `${name}=${requested}: the port is in use. Stop the program that listens there, or set another port.`,
    );
  }
  if (requested === undefined && (await isPortFree(preferred)))
    return { port: preferred, isExplicit: false };
  const port = await freePort();
  if (requested === undefined) report(`port ${preferred} is in use; ${name} is ${port} this time`);
  return { port, isExplicit: false };
}
