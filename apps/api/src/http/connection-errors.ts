import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { PROBLEM_MEDIA_TYPE } from '#contracts';
import { problemBody, type ProblemDetails } from '../common/problems/problem.js';

// Input that never becomes a request, because the HTTP parser or Node itself rejects it, is
// answered with problems of RFC 9457 too, so that a client has to parse only one form of errors.

const MALFORMED = { status: 400, name: 'malformed-http', title: 'Malformed HTTP' } as const;

/** Problems by error code. Every other error means that the parser could not read the request. */
const PROBLEM_BY_ERROR_CODE: Readonly<Record<string, ProblemDetails>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    name: 'headers-too-large',
    title: 'Request header fields too large',
    detail: 'Request line and headers together are limited to 16 KiB.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    name: 'request-timeout',
    title: 'Request timeout',
    detail: 'The request was not received in time.',
  },
};

const INVALID_HTTP: ProblemDetails = { ...MALFORMED, detail: 'This is not a valid HTTP request.' };
const PROXY_REFUSED: ProblemDetails = { ...MALFORMED, detail: 'This server is not a proxy.' };
const MISSING_HOST_PROBLEM: ProblemDetails = {
  ...MALFORMED,
  detail: 'Send exactly one Host header.',
};
const EXPECTATION_FAILED: ProblemDetails = {
  status: 417,
  name: 'expectation-failed',
  title: 'Expectation failed',
  detail: 'The only supported value of the Expect header is 100-continue.',
};

export const MISSING_HOST = MISSING_HOST_PROBLEM;

/** Node keeps the response that is being written on the socket. */
interface ClientSocket extends Duplex {
  readonly _httpMessage?: {
    readonly headersSent: boolean;
    readonly req: { readonly complete: boolean };
  } | null;
}

/**
 * Answers errors of the HTTP parser. A connection that is lost is destroyed, and so is one on which an
 * answer is being written, unless the error is in the body of that very request.
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

/** Answers what Node would answer without a body, or not at all. */
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
