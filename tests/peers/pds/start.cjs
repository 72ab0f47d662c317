// A server of the AT Protocol with the directory of its accounts, both on 127.0.0.1 and in one folder. Says
// "ready" on stdout, and ends when its stdin does: whoever started it may be killed.
//
//     node start.cjs PORT DIRECTORY_PORT FOLDER

const crypto = require("node:crypto");
const net = require("node:net");
const path = require("node:path");

// Both servers listen on all interfaces, and have no setting for it.
const { listen } = net.Server.prototype;
net.Server.prototype.listen = function (port, ...rest) {
  return typeof port === "number" ? listen.call(this, port, "127.0.0.1", ...rest) : listen.call(this, port, ...rest);
};

const plc = require("@did-plc/server");
const pds = require("@atproto/pds");
const { Secp256k1Keypair } = require("@atproto/crypto");

async function start(port, directoryPort, folder) {
  const directory = plc.PlcServer.create({ db: plc.Database.mock(), port: directoryPort });
  await directory.start();
  const recovery = await Secp256k1Keypair.create();
  const settings = {
    devMode: true,
    hostname: "localhost",
    port,
    dataDirectory: folder,
    blobstoreDiskLocation: path.join(folder, "blobs"),
    didPlcUrl: `http://127.0.0.1:${directoryPort}`,
    recoveryDidKey: recovery.did(),
    plcRotationKeyK256PrivateKeyHex: crypto.randomBytes(32).toString("hex"),
    adminPassword: "admin-of-the-suite",
    jwtSecret: "secret-of-the-suite",
    serviceHandleDomains: [".test"],
    inviteRequired: false,
    disableSsrfProtection: true,
    // What it asks others for is not there.
    bskyAppViewUrl: "http://127.0.0.1:9",
    bskyAppViewDid: "did:example:nobody",
    modServiceUrl: "http://127.0.0.1:9",
    modServiceDid: "did:example:nobody",
    rateLimitsEnabled: true,
    rateLimitBypassKey: "let-the-suite-pass",
  };
  const server = await pds.PDS.create(pds.envToCfg(settings), pds.envToSecrets(settings));
  await server.start();
}

process.stdin.on("end", () => process.exit(0)).resume();
const [port, directoryPort, folder] = process.argv.slice(2);
start(Number(port), Number(directoryPort), folder).then(() => console.log("ready"));
