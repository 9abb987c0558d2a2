#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints which files a JSON Schema refuses, and why.

Usage: schema_check.py SCHEMA FILE...
A .yaml is one document, read as editors read it; a .json one value; a .jsonl one a line.
"""
import json
import re
import sys

import jsonschema
import yaml


class Loader(yaml.SafeLoader):
    """YAML 1.2, as editors and halfopen read it: `on` is a word, and 1:30 no number."""


Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers
             if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:int",
                            "tag:yaml.org,2002:timestamp")]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))
Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile("^[-+]?[0-9]+$"),
                             list("-+0123456789"))


def values_of(path):
    with open(path, encoding="utf-8") as file:
        if path.endswith(".yaml"):
            return [yaml.load(file, Loader)]
        if path.endswith(".jsonl"):
            return [json.loads(line) for line in file]
        return [json.load(file)]


def main(schema_path, *paths):
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    refused = 0
    for path in paths:
        try:
            errors = [error for value in values_of(path) for error in validator.iter_errors(value)]
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            print(f"{path}: no YAML: {str(error).splitlines()[0]}")
            refused += 1
            continue
        if errors:
            place = "/".join(str(part) for part in errors[0].absolute_path)
            print(f"{path}: at {place or 'the top'}: {errors[0].message[:200]}")
            refused += 1
    return refused > 0


sys.exit(main(*sys.argv[1:]))
