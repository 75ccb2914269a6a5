import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { PROBLEM_MEDIA_TYPE } from '#contracts';
import { problemBody, type ProblemDetails } from '../common/problems/problem.js';

// What never becomes a request: the parser of HTTP or Node itself refuses it. Those answers are
// problems of RFC 9457 too, so that a client has to read one form of them alone.

const MALFORMED = { status: 400, name: 'malformed-http', title: 'Malformed HTTP' } as const;

/** By the code of what went wrong. Everything else is HTTP that the parser does not understand. */
const PROBLEM_BY_ERROR_CODE: Readonly<Record<string, ProblemDetails>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    name: 'headers-too-large',
    title: 'Headers too large',
    detail: 'Request line and headers have at most 16 KiB together.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    name: 'request-timeout',
    title: 'Request timeout',
    detail: 'The request did not arrive in time.',
  },
};

const INVALID_HTTP: ProblemDetails = { ...MALFORMED, detail: 'This is no valid HTTP request.' };
const PROXY_REFUSED: ProblemDetails = { ...MALFORMED, detail: 'This server is no proxy.' };
const MISSING_HOST_PROBLEM: ProblemDetails = {
  ...MALFORMED,
  detail: 'Send the header Host, once.',
};
const EXPECTATION_FAILED: ProblemDetails = {
  status: 417,
  name: 'expectation-failed',
  title: 'Expectation failed',
  detail: 'The header Expect may say 100-continue, and nothing else.',
};

export const MISSING_HOST = MISSING_HOST_PROBLEM;

/** As Node marks a socket with what it is being answered. */
interface ClientSocket extends Duplex {
  readonly _httpMessage?: {
    readonly headersSent: boolean;
    readonly req: { readonly complete: boolean };
  } | null;
}

/**
 * The parser's own errors. A connection that is gone is let go, and so is one in the middle of an answer,
 * unless it is the body of that very request that is broken.
 */
export function handleClientError(error: { readonly code?: unknown }, socket: ClientSocket): void {
  const answer = socket._httpMessage ?? null;
  const isAnswering = answer !== null && (answer.headersSent || answer.req.complete);
  if (error.code === 'ECONNRESET' || isAnswering || !socket.writable) {
    socket.destroy();
    return;
  }
  sendProblem(socket, PROBLEM_BY_ERROR_CODE[String(error.code)] ?? INVALID_HTTP);
}

/** What Node would answer without a body, or not at all. */
export function rejectConnectAndExpect(server: Server): void {
  server.on('connect', (_: IncomingMessage, socket: Duplex) => sendProblem(socket, PROXY_REFUSED));
  server.on('checkExpectation', (_: IncomingMessage, response: ServerResponse) => {
    const { socket } = response;
    if (socket === null) response.destroy();
    else sendProblem(socket, EXPECTATION_FAILED);
  });
}

function sendProblem(socket: Duplex, problem: ProblemDetails): void {
  const body = JSON.stringify(problemBody(problem));
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
