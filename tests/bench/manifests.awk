# Writes `count` manifests as YAML (1.3 to 1.9 KB) or JSON (1.5 to 2.2 KB), one folder each below `dir`. The same on every run.

# Returns a pseudo-random element. The products stay below 2^53, so every awk computes the same numbers.
function pick(list, n) { return list[(seed = seed * 16807 % 2147483647) % n + 1] }

function sentence(words,   text, i) {
  text = "What " pick(word, nouns)
  for (i = 1; i < words; i++) text = text " " pick(word, nouns)
  return text "."
}

function yaml(name,   i) {
  printf "name: %s\ndisplayName: Module %d\nversion: 1.%d.0\nstatus: ACTIVE\n\naiContext:\n", name, n, n % 9 > file
  printf "  purpose: >-\n    What %s is for.\n    %s\n", name, sentence(12) > file
  printf "  category: %s\n  keywords:\n", category[n % 10 + 1] > file
  for (i = 0; i < 6; i++) printf "    - %s %d\n", pick(word, nouns), i > file
  printf "  patterns:\n    - show my *\n    - find * %s\n  entities:\n", pick(word, nouns) > file
  for (i = 0; i < 2; i++)
    printf "    - name: item-%d\n      pluralName: items-%d\n      description: %s\n", i, i, sentence(9) > file
  printf "  actions:\n" > file
  for (i = 0; i < 3 + n % 4; i++)
    printf "    - name: action-%d\n      description: %s\n      permissions: [\"%s:read\"]\n", i, sentence(9), "bench" > file
  printf "  contextProviders:\n    - name: recent\n      endpoint: /api/%s/recent\n      cacheDuration: %d\n", name, n > file
}

function json(name,   i) {
  printf "{\n  \"name\": \"%s\",\n  \"displayName\": \"Module %d\",\n  \"version\": \"1.%d.0\",\n", name, n, n % 9 > file
  printf "  \"status\": \"ACTIVE\",\n  \"aiContext\": {\n    \"purpose\": \"What %s is for. %s\",\n", name, sentence(12) > file
  printf "    \"category\": \"%s\",\n    \"keywords\": [", category[n % 10 + 1] > file
  for (i = 0; i < 6; i++) printf "%s\"%s %d\"", i ? ", " : "", pick(word, nouns), i > file
  printf "],\n    \"patterns\": [\"show my *\", \"find * %s\"],\n    \"entities\": [", pick(word, nouns) > file
  for (i = 0; i < 2; i++)
    printf "%s\n      { \"name\": \"item-%d\", \"pluralName\": \"items-%d\", \"description\": \"%s\" }", \
      i ? "," : "", i, i, sentence(9) > file
  printf "\n    ],\n    \"actions\": [" > file
  for (i = 0; i < 3 + n % 4; i++)
    printf "%s\n      {\n        \"name\": \"action-%d\",\n        \"description\": \"%s\",\n        \"permissions\": [\"bench:read\"]\n      }", \
      i ? "," : "", i, sentence(9) > file
  printf "\n    ],\n    \"contextProviders\": [\n      {\n        \"name\": \"recent\",\n" > file
  printf "        \"endpoint\": \"/api/%s/recent\",\n        \"cacheDuration\": %d\n      }\n    ]\n  }\n}\n", name, n > file
}

BEGIN {
  seed = 42
  nouns = split("calendar invoice message document report customer ticket storage schedule payment contact " \
    "project archive dashboard inventory translation conversation notification subscription permission", word, " ")
  split("PRODUCTIVITY COMMUNICATION ANALYTICS DEVELOPMENT ENTERTAINMENT EDUCATION FINANCE HEALTH BUSINESS OTHER", \
    category, " ")
  for (n = 0; n < count; n++) printf "%s/%s/m%06d\n", dir, substr(sprintf("m%06d", n), 5, 2), n | "xargs mkdir -p"
  close("xargs mkdir -p")
  for (n = 0; n < count; n++) {
    name = sprintf("m%06d", n)
    file = dir "/" substr(name, 5, 2) "/" name "/module." format
    if (format == "json") json(name); else yaml(name)
    close(file)
  }
}
