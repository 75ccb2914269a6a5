import type { Command } from '../protocol/command.js';

const COMMANDS_MAX = 10_000;

/** The commands of this process whose answer is not known, the newest of them. */
export class Unresolved {
  readonly #commands = new Map<string, Command>();

  constructor(private readonly commandsMax = COMMANDS_MAX) {}

  add(command: Command): void {
    this.remove(command);
    this.#commands.set(keyOf(command.userId, command.id), command);
    if (this.#commands.size <= this.commandsMax) return;
    const [oldest] = this.#commands.keys();
    if (oldest !== undefined) this.#commands.delete(oldest);
  }

  remove({ userId, id }: Command): void {
    this.#commands.delete(keyOf(userId, id));
  }

  /** By its id alone only where one user has a command of that id. */
  find(id: string, userId?: string): Command | undefined {
    if (userId !== undefined) return this.#commands.get(keyOf(userId.toLowerCase(), id));
    const found = [...this.#commands.values()].filter((command) => command.id === id);
    return found.length === 1 ? found[0] : undefined;
  }
}

const keyOf = (userId: string, id: string): string => `${userId}\0${id}`;
