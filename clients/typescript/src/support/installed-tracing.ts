import { createRequire } from 'node:module';
import {
  openTelemetry,
  traceparentOf,
  type OpenTelemetryApi,
  type OpenTelemetrySpan,
} from './open-telemetry.js';
import { NO_TRACING, type Tracing } from './tracing.js';

const require = createRequire(import.meta.url);

interface InstalledApi extends OpenTelemetryApi {
  readonly trace: OpenTelemetryApi['trace'] & { getActiveSpan(): OpenTelemetrySpan | undefined };
}

let found: InstalledApi | null | undefined;

/** The API of OpenTelemetry where the service has it; null: it has not. Its spans are shared by all copies. */
function installedApi(): InstalledApi | null {
  // Looked for once: every command of an outbox asks, and what is missing is looked for in many folders.
  if (found === undefined) found = requiredApi();
  return found;
}

function requiredApi(): InstalledApi | null {
  try {
    return require('@opentelemetry/api') as InstalledApi;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
}

export function installedTracing(): Tracing {
  const api = installedApi();
  return api === null ? NO_TRACING : openTelemetry(api);
}

/** The trace of the work that is going on, for a command whose answer nobody waits for; null: none. */
export function currentTraceparent(): string | null {
  const span = installedApi()?.trace.getActiveSpan();
  return span === undefined ? null : traceparentOf(span);
}
