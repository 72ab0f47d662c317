// Feed readers of other hands. On stdin: a JSON list of documents. On stdout: a list of what each reader
// got out of each document, {reader: entries}. What a reader does not read of an entry is left out.

import { parseFeed as byFeedsmith } from "feedsmith";
import { parseFeed as byRowanManning } from "@rowanmanning/feed-parser";
import RssParser from "rss-parser";

const enclosure = ({ url, href, length, size_in_bytes, type, mime_type }) => [
  url ?? href,
  Number(length ?? size_in_bytes),
  type ?? mime_type,
];

const names = (people) => (people ?? []).map((one) => one.name ?? one);

/** A body with its summary, or whichever of them there is as the text. */
const said = (body, summary) => (body && summary ? { text: body, summary } : { text: body ?? summary });

function feedsmith(document) {
  const { format, feed } = byFeedsmith(document);
  const read = {
    rss: (item) => ({
      guid: item.guid.value,
      url: item.link,
      title: item.title,
      published: item.pubDate,
      updated: item.atom.updated,
      authors: item.dc?.creators ?? [],
      terms: (item.categories ?? []).map((category) => category.name),
      enclosures: (item.enclosures ?? []).map(enclosure),
      language: item.dc?.languages?.[0] ?? "",
      ...said(item.content?.encoded, item.description),
      ...photo(item.media),
    }),
    atom: (entry) => ({
      guid: entry.id,
      url: entry.links.find((link) => link.rel === "alternate").href,
      title: entry.title.value,
      published: entry.published,
      updated: entry.updated,
      authors: names(entry.authors),
      terms: (entry.categories ?? []).map((category) => category.term),
      enclosures: entry.links.filter((link) => link.rel === "enclosure").map(enclosure),
      language: entry.xml?.lang ?? "",
      ...said(entry.content?.value, entry.summary?.value),
      ...photo(entry.media),
    }),
    json: (item) => ({
      guid: item.id,
      url: item.url,
      title: item.title,
      published: item.date_published,
      updated: item.date_modified,
      authors: names(item.authors),
      terms: item.tags ?? [],
      enclosures: (item.attachments ?? []).map(enclosure),
      language: item.language ?? "",
      ...(item.content_html ? said(item.content_html, item.summary) : { plain: item.content_text }),
    }),
  }[format];
  return (feed.items ?? feed.entries ?? []).map(read);
}

function photo(media) {
  const [shown] = media?.contents ?? [];
  if (!shown) return {};
  const credit = (shown.credits ?? []).map((each) => each.value).join("");
  return { photo: shown.url, caption: shown.title?.value ?? "", credit };
}

/** Reads JSON Feed not at all, and no time of correction in RSS. Where an Atom entry has no content, it takes the photo's for it. */
function rowanManning(document) {
  const feed = byRowanManning(document);
  const isAtom = feed.meta.type === "atom";
  return feed.items.map((item) => ({
    guid: item.id,
    url: item.url,
    title: item.title,
    published: item.published.toISOString(),
    ...(isAtom ? { updated: item.updated.toISOString() } : {}),
    [isAtom ? "byline" : "authors"]: names(item.authors),
    terms: item.categories.map((category) => category.term),
    ...(isAtom ? {} : said(item.content ?? undefined, item.description ?? undefined)),
  }));
}

/** Reads JSON Feed not at all; of Atom neither categories nor enclosures, of both no more than one author. */
async function rssParser(document) {
  const { items } = await new RssParser({ customFields: { item: [["atom:updated", "updated"]] } }).parseString(document);
  return items.map((item) => {
    const common = { url: item.link, title: item.title, published: item.isoDate };
    if (item.id) return { guid: item.id, ...common, ...said(item.content, item.summary) };
    const encoded = item["content:encoded"];
    return {
      guid: item.guid,
      ...common,
      updated: item.updated,
      terms: item.categories ?? [],
      enclosures: item.enclosure ? [enclosure(item.enclosure)] : [],
      language: item.language ?? "",
      ...said(encoded, item.content),
    };
  });
}

async function read(document) {
  const got = { feedsmith: feedsmith(document) };
  if (document.startsWith("{")) return got;
  return { ...got, "@rowanmanning/feed-parser": rowanManning(document), "rss-parser": await rssParser(document) };
}

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const documents = JSON.parse(Buffer.concat(chunks).toString("utf8"));
process.stdout.write(JSON.stringify(await Promise.all(documents.map(read))));
