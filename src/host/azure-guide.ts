/** What the guide tells of: the settings in force, as far as there are any for Azure, and what became of the last test. */
export interface GuideState {
  readonly openAi: {
    readonly endpoint: string;
    readonly model: string;
    /** "$2.50 in, $15.00 out per 1M tokens"; absent where unknown. */
    readonly price?: string;
  };
  readonly azure?: {
    readonly endpoint: string;
    readonly auth: 'key' | 'entra';
    readonly deployment: string;
    /** As the person said. */
    readonly model?: string;
    readonly tested?: 'answered' | 'failed';
  };
}

export const guideTitle = 'Move to Azure OpenAI';

/**
 * The reference's chapter on moving to Azure, its eight differences and its ten steps, with what is true on the day below: in Markdown.
 * Sources, read 2026-11-28: Microsoft Learn "API version lifecycle", "Deployment types", "Quotas and limits", "Provisioned throughput"; the
 * attestations of both by aiprovidertrust.com's comparison of 2026-07-05; OpenAI "Expanding data residency access" (2025-11).
 */
export function azureGuide(state: GuideState): string {
  const { endpoint, model, price } = state.openAi;
  const rows: readonly (readonly [aspect: string, openAi: string, azure: string])[] = [
    ['Address', code(endpoint), `${code('https://RESOURCE.openai.azure.com/openai/v1')}: each resource has its own`],
    ['Sign-in', 'API key', "the resource's key, or Microsoft Entra ID by VS Code's own Microsoft sign-in"],
    ['A model is asked by', `its id: ${code(model)}`, `the name its deployment was given: ${code('team-chat')}`],
    [
      'Rate limits',
      "the organisation's, by its usage tier",
      "each deployment's: tokens a minute, out of the quota of the region",
    ],
    [
      'Regions',
      'one address; data residency for projects that were approved for it',
      'where the resource is: deployments are global, of a data zone, or regional',
    ],
    [
      'Compliance',
      'SOC 2 Type 2, ISO 27001, ISO 42001; HIPAA by agreement',
      "Azure's own: SOC 2, ISO 27001, ISO 42001, HIPAA and more",
    ],
    ['Private network', 'no', 'yes: private endpoints and firewall rules'],
    [
      'Price',
      `by the token${price ? `: ${code(model)} costs ${price}` : ''}`,
      'by the token, at the same list price or up to 10 % more where regional; or provisioned, by the hour',
    ],
  ];
  return `# ${guideTitle}

The questions are at the top of the window. Nothing is changed before the last one is answered; Esc leaves all as it is.

## What is different

| | OpenAI | Azure OpenAI |
|---|---|---|
${rows.map(cells => `| ${cells.map(cell).join(' | ')} |`).join('\n')}

As of 28 November 2026. Messages, tools, images and answers stay the same; so do this conversation, the ledger and the budgets.

## Ten steps

${stepsOf(state)
  .map(({ done, text }, at) => `${at + 1}. ${marks[done]} ${text}`)
  .join('\n')}

☑ done · ☐ yours to do · ⚙ Pennyloom does it
`;
}

interface Step {
  readonly done: keyof typeof marks;
  readonly text: string;
}

const marks = { yes: '☑', no: '☐', built: '⚙' } as const;

function stepsOf({ azure }: GuideState): readonly Step[] {
  const when = (condition: boolean | undefined): 'yes' | 'no' => (condition ? 'yes' : 'no');
  const answered = azure?.tested === 'answered';
  const signIn = azure?.auth === 'entra' ? 'Microsoft Entra ID' : 'key';
  const named =
    azure && `${code(azure.deployment)}, ${azure.model ? `which is ${code(azure.model)}` : 'of an unknown price'}`;
  return [
    {
      done: when(answered),
      text: 'Have a resource: [create one in the Azure portal](https://portal.azure.com/#create/Microsoft.CognitiveServicesOpenAI).',
    },
    {
      done: when(answered),
      text: 'Have a model deployed in it: [Deployments in the Foundry portal](https://ai.azure.com/).',
    },
    {
      done: when(azure !== undefined),
      text: `Give the address${azure ? `: ${code(azure.endpoint)}` : ', in any form the portals show it'}.`,
    },
    {
      done: when(azure !== undefined),
      text: `Sign in${azure ? `: by ${signIn}` : ', by key or by Microsoft Entra ID'}.`,
    },
    {
      done: when(azure !== undefined),
      text: `Name the deployment instead of the model${named ? `: ${named}` : ', and say which model it is'}.`,
    },
    {
      done: when(answered),
      text: `Test the connection${azure?.tested === 'failed' ? ': the last test failed' : ', with one tiny question'}.`,
    },
    {
      done: 'built',
      text: "Keep to the deployment's tokens a minute: what answers tell of it is kept to, and shown in the status bar's tooltip.",
    },
    {
      done: 'built',
      text: "Understand Azure's errors: waits as long as it asks for, names what to do about a missing deployment or a closed network.",
    },
    {
      done: 'no',
      text: `If you like, have a second deployment: name it in ${code('pennyloom.fallback.model')}, and it can answer when the first is busy or gone.`,
    },
    {
      done: 'built',
      text: "Log what Azure's support asks for: request id, status and code stand in the log and in Copy Details, and never a key or token.",
    },
  ];
}

/** A person's texts are shown, not read as Markdown. */
const code = (text: string): string => `\`${text.replaceAll('`', "'").replaceAll(/\s+/g, ' ')}\``;
const cell = (text: string): string => text.replaceAll('|', '\\|');
