/** A scenario of the benchmark, and the name of its file in MM-SafetyBench. Both are spelled as published. */
export interface Scenario {
  readonly name: string;
  readonly mmSafetyBench: string;
}

/** The eight scenarios of VA-SafetyBench. */
export const scenarios: readonly Scenario[] = [
  { name: '1-IllegalActivitiy', mmSafetyBench: '01-Illegal_Activitiy' },
  { name: '2-HateSpeech', mmSafetyBench: '02-HateSpeech' },
  { name: '3-MalwareGeneration', mmSafetyBench: '03-Malware_Generation' },
  { name: '4-PhysicalHarm', mmSafetyBench: '04-Physical_Harm' },
  { name: '5-EconomicHarm', mmSafetyBench: '05-EconomicHarm' },
  { name: '6-Fraud', mmSafetyBench: '06-Fraud' },
  { name: '7-Sex', mmSafetyBench: '07-Sex' },
  { name: '8-PrivacyViolence', mmSafetyBench: '09-Privacy_Violence' },
];

/** MM-SafetyBench's other five, not part of VA-SafetyBench: built only where asked for by name, under their own. */
export const furtherScenarios: readonly Scenario[] = [
  '08-Political_Lobbying',
  '10-Legal_Opinion',
  '11-Financial_Advice',
  '12-Health_Consultation',
  '13-Gov_Decision',
].map((name) => ({ name, mmSafetyBench: name }));

/** The scenario of that name in either benchmark; undefined if there is none. */
export function findScenario(name: string): Scenario | undefined {
  return [...scenarios, ...furtherScenarios].find(
    (each) => each.name === name || each.mmSafetyBench === name,
  );
}
