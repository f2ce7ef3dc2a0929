// A personal data server and its directory (PLC), on loopback, in a folder that is thrown away. Prints one line of JSON
// with their addresses, and ends when its standard input does.
'use strict';
const { mkdtempSync, rmSync } = require('node:fs');
const { createServer, Server } = require('node:net');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { randomBytes } = require('node:crypto');

// Both listen on all interfaces by themselves.
const listen = Server.prototype.listen;
Server.prototype.listen = function (port, ...rest) {
  if (typeof port !== 'number') return listen.call(this, port, ...rest);
  return listen.call(this, port, '127.0.0.1', ...rest.filter((each) => typeof each === 'function'));
};

const { Database: PlcDatabase, PlcServer } = require('@did-plc/server');
const { PDS, envToCfg, envToSecrets } = require('@atproto/pds');

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'perdure-pds-'));
  const plcPort = await freePort();
  const plc = PlcServer.create({ db: PlcDatabase.mock(), port: plcPort });
  await plc.start();

  const port = await freePort();
  const env = {
    devMode: true,
    port,
    hostname: 'localhost',
    dataDirectory: folder,
    blobstoreDiskLocation: join(folder, 'blobs'),
    didPlcUrl: `http://127.0.0.1:${plcPort}`,
    serviceHandleDomains: ['.test'],
    inviteRequired: false,
    disableSsrfProtection: true,
    rateLimitsEnabled: false,
    adminPassword: 'admin-pass',
    jwtSecret: randomBytes(16).toString('hex'),
    plcRotationKeyK256PrivateKeyHex: randomBytes(32).toString('hex'),
    logEnabled: false,
  };
  const pds = await PDS.create(envToCfg(env), envToSecrets(env));
  await pds.start();
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}`, plc: `http://127.0.0.1:${plcPort}` })}\n`);

  process.stdin.resume().on('end', () => {
    // It owns nothing that outlives it: no need to wait for its queues.
    rmSync(folder, { recursive: true, force: true });
    process.exit(0);
  });
}

main().catch((error) => {
  process.stderr.write(`${error?.stack ?? error}\n`);
  process.exit(1);
});
