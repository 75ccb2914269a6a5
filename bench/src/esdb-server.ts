import { parentPort } from 'node:worker_threads';
import { EventStoreDbProtocolServer } from '#testing';

/** The protocol server on a thread of its own, so that the client is what is measured. */
const server = await EventStoreDbProtocolServer.start();
parentPort?.postMessage(server.connectionString);
parentPort?.once('message', () => void server.stop());
