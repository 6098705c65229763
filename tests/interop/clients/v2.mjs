// The second generation: @modelcontextprotocol/client, which knows both eras of the protocol.
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { converse, person, request } from "./conversation.mjs";

const client = new Client(
  { name: "interop-v2", version: "1.0.0" },
  { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: request.mode } },
);
client.setRequestHandler("elicitation/create", (question) => person(question.params));
const transport = request.url
  ? new StreamableHTTPClientTransport(new URL(request.url))
  : new StdioClientTransport(request.program);
await converse(client, transport, () => client.getNegotiatedProtocolVersion());
