/**
 * Every warning is an error. The type-checked strict set of typescript-eslint, and three laws of this console:
 * no style attributes (a strict Content-Security-Policy), no markup from strings, no times or numbers formatted
 * outside src/format (units, the site's zone and both languages are decided there).
 */
import js from "@eslint/js";
import tseslint from "typescript-eslint";

const laws = [
  { selector: "JSXAttribute[name.name='style']", message: "Styles belong in a .css file: the page runs under a strict CSP." },
  { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "Build elements; never markup from strings." },
  { selector: "CallExpression[callee.property.name=/^toLocale(String|DateString|TimeString)$/]", message: "Use src/format." },
  { selector: "CallExpression[callee.property.name='toFixed']", message: "Use src/format, or round a coordinate with Math.round." },
];

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/api/schema.ts"] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  { languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["eslint.config.js"] }, tsconfigRootDir: import.meta.dirname } } },
  {
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }], // figures in sentences and SVG paths
      "@typescript-eslint/no-unnecessary-condition": "error",
      eqeqeq: "error",
      "no-console": "error",
      "max-lines": ["error", 300],
      complexity: ["error", 12],
      "no-restricted-syntax": ["error", ...laws],
    },
  },
  { files: ["src/format/**"], rules: { "no-restricted-syntax": "off" } },
  { files: ["eslint.config.js"], extends: [tseslint.configs.disableTypeChecked] },
);
