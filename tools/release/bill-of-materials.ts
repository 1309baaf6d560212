/** A part of a CycloneDX bill of materials, as far as it is read here. */
interface Component {
  'bom-ref': string;
  name: string;
  group?: string;
  [field: string]: unknown;
}

/** A CycloneDX bill of materials. */
export interface Bill {
  metadata: { component: Component; [field: string]: unknown };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
  [field: string]: unknown;
}

/**
 * What `npm sbom --workspace` says of one package as the bill of that package: npm names the workspace as its subject, and
 * the package among the parts.
 * @throws Error if the package is none of the parts
 */
export function billOfPackage(bill: Bill, name: string, version: string): Bill {
  const { component: workspace } = bill.metadata;
  const reference = `${name}@${version}`;
  const found = bill.components.find((part) => part['bom-ref'] === reference);
  if (!found) throw new Error(`The bill of materials does not have ${reference}.`);
  const [group, plain] = name.split('/');
  return {
    ...bill,
    metadata: { ...bill.metadata, component: { ...found, group, name: plain } },
    components: bill.components.filter((part) => part !== found),
    dependencies: bill.dependencies.filter(({ ref }) => ref !== workspace['bom-ref']),
  };
}
