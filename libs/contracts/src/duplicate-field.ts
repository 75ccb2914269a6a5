import { printableName, type FieldError } from './field-error.js';

/** null: no object of the JSON text has a field twice. */
export function duplicateFieldError(json: string): FieldError | null {
  const name = findDuplicateField(json);
  if (name === null) return null;
  return { field: printableName(name), reason: 'stands twice in one object: name it once' };
}

/**
 * The first name that occurs twice in one object of a JSON text, or null. `JSON.parse` silently takes
 * the last value of such a name and other parsers take the first, and for a field that moves money
 * neither must be guessed. The text must already be known to be JSON. It is read once.
 */
export function findDuplicateField(json: string): string | null {
  /** The names seen in each object that is still open; null stands for an array. */
  const open: (Set<string> | null)[] = [];
  let isName = false;
  for (let at = 0; at < json.length; at += 1) {
    switch (json.charAt(at)) {
      case '{':
        open.push(new Set());
        isName = true;
        break;
      case '[':
        open.push(null);
        isName = false;
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ',':
        isName = open.at(-1) !== null;
        break;
      case ':':
        isName = false;
        break;
      case '"': {
        const end = endOfString(json, at);
        if (isName) {
          const name = fieldNameOf(json.slice(at, end + 1));
          const names = open.at(-1);
          if (names?.has(name) === true) return name;
          names?.add(name);
        }
        at = end;
        break;
      }
      default:
    }
  }
  return null;
}

/** The place of the closing quote of the string that begins at `start`. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at;
}

/** Escapes are resolved, because two spellings of one name are the same name. */
const fieldNameOf = (quoted: string): string =>
  quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
