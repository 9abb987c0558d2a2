/* SPDX-License-Identifier: MIT */
#include "claims.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "list.h"
#include "text.h"

static char **member(struct claim *claim, const char *key)
{
	const struct {
		const char *key;
		char **member;
	} members[] = {{"id", &claim->id},
		       {"claim", &claim->text},
		       {"verdict", &claim->verdict},
		       {"because", &claim->because}};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (strcmp(members[i].key, key) == 0)
			return members[i].member;
	return NULL;
}

static int claim_read(yaml_document_t *document, yaml_node_t *node, struct claim *claim,
		      struct err *err)
{
	int line = (int)node->start_mark.line + 1;

	if (node->type != YAML_MAPPING_NODE)
		return err_set(err, EBADMSG, "line %d: a claim is a mapping", line);
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		yaml_node_t *key = yaml_document_get_node(document, pair->key);
		yaml_node_t *value = yaml_document_get_node(document, pair->value);
		char **place = NULL;

		if (key->type == YAML_SCALAR_NODE && value->type == YAML_SCALAR_NODE)
			place = member(claim, (const char *)key->data.scalar.value);
		if (!place || *place)
			return err_set(err, EBADMSG,
				       "line %d: a claim has id, claim, verdict and because, each "
				       "once and as text",
				       (int)key->start_mark.line + 1);
		*place = text_copy((const char *)value->data.scalar.value);
	}
	if (!claim->because)
		claim->because = text_copy("");
	if (!claim->id || !claim->text || !claim->verdict)
		return err_set(err, EBADMSG, "line %d: this claim lacks id, claim or verdict",
			       line);
	return 0;
}

static int document_read(yaml_document_t *document, struct claims *claims, struct err *err)
{
	yaml_node_t *root = yaml_document_get_root_node(document);
	int ret = 0;

	if (!root || root->type != YAML_SEQUENCE_NODE)
		return err_set(err, EBADMSG, "not a list of claims");
	for (yaml_node_item_t *item = root->data.sequence.items.start;
	     item < root->data.sequence.items.top && ret == 0; item++) {
		ret = claim_read(document, yaml_document_get_node(document, *item),
				 LIST_ADD_TO(NULL, claims->claim, claims->count), err);
	}
	return ret;
}

int claims_load(const char *path, struct claims *ret_claims, struct err *err)
{
	FILE *file = fopen(path, "re");
	yaml_document_t document;
	yaml_parser_t parser;
	int ret;

	*ret_claims = (struct claims){0};
	if (!file)
		return err_sys(err, errno, "%s", path);
	yaml_parser_initialize(&parser);
	yaml_parser_set_input_file(&parser, file);
	if (yaml_parser_load(&parser, &document)) {
		ret = document_read(&document, ret_claims, err);
		yaml_document_delete(&document);
	} else {
		ret = err_set(err, EBADMSG, "line %d: %s", (int)parser.problem_mark.line + 1,
			      parser.problem ? parser.problem : "no YAML");
	}
	yaml_parser_delete(&parser);
	fclose(file);
	if (ret < 0) {
		claims_done(ret_claims);
		return err_add(err, ret, "%s", path);
	}
	return 0;
}

void claims_done(struct claims *claims)
{
	for (int i = 0; i < claims->count; i++) {
		free(claims->claim[i].id);
		free(claims->claim[i].text);
		free(claims->claim[i].verdict);
		free(claims->claim[i].because);
	}
	free(claims->claim);
	*claims = (struct claims){0};
}
