import { parentPort } from 'node:worker_threads';
import { EventStoreDbProtocolServer } from '#testing';

/** The EventStoreDB test double runs on its own thread, so that only the client is measured. */
const server = await EventStoreDbProtocolServer.start();
parentPort?.postMessage(server.connectionString);
parentPort?.once('message', () => void server.stop());
