// The first generation: @modelcontextprotocol/sdk, which knows the protocol up to 2025-11-25.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { converse, person, request } from "./conversation.mjs";

const client = new Client({ name: "interop-v1", version: "1.0.0" }, { capabilities: { elicitation: {} } });
client.setRequestHandler(ElicitRequestSchema, (question) => person(question.params));
let version;
const transport = request.url
  ? new StreamableHTTPClientTransport(new URL(request.url))
  : new StdioClientTransport(request.program);
transport.setProtocolVersion = (
  (original) => (agreed) => {
    version = agreed;
    original?.call(transport, agreed);
  }
)(transport.setProtocolVersion);
await converse(client, transport, () => version);
