// Node's https module: URL TRUST.pem MIN_VERSION MAX_VERSION [CHAIN.pem KEY.pem]
import { readFileSync } from "node:fs";
import https from "node:https";

const [url, trust, minVersion, maxVersion, chain, key] = process.argv.slice(2);
const identity = chain ? { cert: readFileSync(chain), key: readFileSync(key) } : {};
const options = { ca: readFileSync(trust), minVersion, maxVersion, timeout: 30_000, agent: false, ...identity };

function failed(error) {
  console.log(`${error.code}: ${error.message}`);
  process.exit(1);
}

https
  .get(url, options, (response) => {
    console.log(`HTTP ${response.statusCode}`);
    response.setEncoding("utf8");
    response.on("data", (text) => console.log(text));
    response.on("error", failed);
  })
  .on("timeout", () => failed(new Error("no answer in 30 s")))
  .on("error", failed);
