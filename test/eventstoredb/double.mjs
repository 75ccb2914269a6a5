import { EventStoreDbProtocolServer } from '../../dist/libs/testing/src/index.js';

// Runs the test double of EventStoreDB in a separate process, to which tests connect as to
// a real server. SIGHUP simulates a crash and a restart of the server, which keeps its data.

const APPEND_BYTES_MAX = 16 * 1024 * 1024;

const server = await EventStoreDbProtocolServer.start({ appendBytesMax: APPEND_BYTES_MAX });
process.on('SIGHUP', async () => {
  await server.stop();
  await server.start();
});
process.on('SIGTERM', () => process.exit(0));
console.log(server.connectionString);
