// X's own library. On stdin: a JSON list of texts. On stdout: of each, its weighted length and the addresses
// that X makes links of.

import { readFileSync } from "node:fs";
import twitter from "twitter-text";

const texts = JSON.parse(readFileSync(0, "utf8"));
const results = texts.map((text) => ({
  length: twitter.parseTweet(text, twitter.configs.version3).weightedLength,
  links: twitter.extractUrls(text),
}));
process.stdout.write(JSON.stringify(results));
