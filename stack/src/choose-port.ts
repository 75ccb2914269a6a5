import { freePort, isPortFree } from '#embedded';

export interface ChosenPort {
  readonly port: number;
  /** Somebody asked for just this one. */
  readonly isAsked: boolean;
}

export class PortTaken extends Error {
  override readonly name = 'PortTaken';
}

/** The port that was asked for by name, or the usual one, or a free one when that is taken. */
export async function choosePort(
  name: string,
  asked: number | undefined,
  usual: number,
  report: (line: string) => void,
): Promise<ChosenPort> {
  if (asked !== undefined && asked !== 0) {
    if (await isPortFree(asked)) return { port: asked, isAsked: true };
    throw new PortTaken(
      `${name}=${asked}: something listens there already. Stop it, or name another port.`,
    );
  }
  if (asked === undefined && (await isPortFree(usual))) return { port: usual, isAsked: false };
  const port = await freePort();
  if (asked === undefined) report(`port ${usual} is taken; ${name} is ${port} this time`);
  return { port, isAsked: false };
}
