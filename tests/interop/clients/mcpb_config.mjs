// What an official program makes of a bundle's manifest and of what its person filled in: the command it starts.
import { readFileSync } from "node:fs";
import { getMcpConfigForManifest } from "@anthropic-ai/mcpb";

const [folder, filledIn] = process.argv.slice(2);
const config = await getMcpConfigForManifest({
  manifest: JSON.parse(readFileSync(`${folder}/manifest.json`, "utf8")),
  extensionPath: folder,
  systemDirs: {},
  userConfig: JSON.parse(filledIn),
  pathSeparator: "/",
});
console.log(JSON.stringify(config));
