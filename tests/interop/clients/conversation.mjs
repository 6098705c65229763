// What both generations of the official client do here: look, then call each tool with a person who answers.
const READING_TIME_MS = 700; // nobody answers a question sooner

export const request = JSON.parse(process.argv[2]);
const questions = [];
let answer = { action: "cancel" };

export async function person({ message, requestedSchema }) {
  questions.push({ message, required: requestedSchema.required, properties: requestedSchema.properties });
  await new Promise((read) => setTimeout(read, READING_TIME_MS));
  return answer;
}

export async function converse(client, transport, versionOf) {
  await client.connect(transport);
  const { tools } = await client.listTools();
  const results = [];
  for (const call of request.calls) {
    answer = call.answer ?? answer;
    const result = await client.callTool({ name: call.tool, arguments: call.arguments });
    results.push({ isError: result.isError ?? false, text: result.content[0].text, data: result.structuredContent });
  }
  const version = versionOf();
  await client.close();
  console.log(JSON.stringify({ version, tools: tools.map((tool) => tool.name), questions, results }));
}
