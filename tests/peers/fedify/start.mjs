// A server of the fediverse with one account, "reader", for tests: node start.mjs PORT SCHEME. It ends with its stdin.
// SCHEME: how it signs what it sends first, "rfc9421" or "draft-cavage-http-signatures-12".
//
//   POST /act?do=follow|unfollow|like&at=ADDRESS   has the account do that; answers what it knows of the address
//   GET  /seen                                     the activities that were verified and understood
import { createFederation, generateCryptoKeyPair, MemoryKvStore } from "@fedify/fedify";
import { Activity, Follow, isActor, Like, Person, Undo } from "@fedify/vocab";
import { serve } from "@hono/node-server";

const port = Number(process.argv[2]);
const firstKnock = process.argv[3];
const origin = `http://127.0.0.1:${port}`;
const keys = [await generateCryptoKeyPair("RSASSA-PKCS1-v1_5")];
const seen = [];
let count = 0;

const federation = createFederation({ kv: new MemoryKvStore(), allowPrivateAddress: true, firstKnock, origin });
federation
  .setActorDispatcher("/people/{identifier}", async (context, name) => {
    if (name !== "reader") return null;
    const [pair] = await context.getActorKeyPairs(name);
    return new Person({
      id: context.getActorUri(name),
      preferredUsername: name,
      inbox: context.getInboxUri(name),
      publicKey: pair.cryptographicKey,
    });
  })
  .setKeyPairsDispatcher(() => keys);
federation.setInboxListeners("/people/{identifier}/inbox", "/inbox").on(Activity, async (context, activity) => {
  const about = await activity.getObject({ ...context, suppressError: true });
  const photos = [];
  if (about?.getAttachments) {
    for await (const photo of about.getAttachments()) {
      photos.push({ kind: photo.constructor.name, url: photo.url?.href, alt: photo.name?.toString(), type: photo.mediaType });
    }
  }
  seen.push({
    kind: activity.constructor.name,
    id: activity.id?.href,
    actor: activity.actorId?.href,
    about: about?.constructor.name,
    aboutId: activity.objectId?.href,
    content: about?.content?.toString(),
    language: about?.content?.language?.compact?.(),
    summary: about?.summary?.toString(),
    updated: about?.updated?.toString(),
    photos,
  });
});

async function act(what, address) {
  const context = federation.createContext(new Request(origin), undefined);
  const me = context.getActorUri("reader");
  const found = await context.lookupObject(address);
  const target = isActor(found) ? found : await found?.getAttribution(context);
  if (!target) return { error: "nothing there that can be read", kind: found?.constructor.name };
  const follow = new Follow({ id: new URL(`${me.href}#follow`), actor: me, object: target.id });
  count += 1;
  const activity = {
    follow: () => follow,
    unfollow: () => new Undo({ id: new URL(`${me.href}#undo-${count}`), actor: me, object: follow }),
    like: () => new Like({ id: new URL(`${me.href}#like-${count}`), actor: me, object: found.id }),
  }[what]();
  await context.sendActivity({ identifier: "reader" }, target, activity);
  const aliases = (target.aliasIds ?? []).map((each) => each.href);
  const known = { kind: target.constructor.name, id: target.id.href, name: target.name?.toString(), aliases };
  return { ...known, successor: target.successorId?.href, sent: activity.id.href };
}

async function respond(request) {
  const url = new URL(request.url);
  if (url.pathname === "/seen") return Response.json(seen);
  if (url.pathname === "/act") {
    try {
      return Response.json(await act(url.searchParams.get("do"), url.searchParams.get("at")));
    } catch (error) {
      return Response.json({ error: String(error) }, { status: 502 });
    }
  }
  return federation.fetch(request, { contextData: undefined });
}

process.stdin.on("end", () => process.exit()).resume();
serve({ fetch: respond, port, hostname: "127.0.0.1" }, () => console.log("ready"));
