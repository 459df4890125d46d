// SPDX-License-Identifier: GPL-2.0
/* explain: what becomes of a packet that opens a flow, and why. */

#include <stdlib.h>

#include "address.h"
#include "cmd.h"
#include "explain.h"
#include "grammar.h"
#include "memory.h"

static bool by_loopback(const struct rule *port, const struct address *from)
{
	return from->word && port->scope == PORTCLASS_SCOPE_IN && address_is_ours(from);
}

/* Ask of each port, in the network namespace that the client was opened in. */
static int ask(struct client *client, const struct rules *ports, const struct address *from,
	       struct explain_view *views)
{
	for (size_t i = 0; i < ports->count; i++) {
		struct explain_view *view = &views[i];

		if (client_explain(client, &ports->list[i], &view->it))
			return -1;
		view->from = *from;
		view->loopback = by_loopback(&ports->list[i], from);
		if (view->it.active && view->it.track == PORTCLASS_TRACK_CONNTRACK)
			view->conntrack = conntrack_read(CONNTRACK_FOLDER);
	}
	return 0;
}

static int tell(const struct cmd *cmd, const struct explain_view *views, size_t count)
{
	struct print print = cmd_print(cmd);

	print_start(&print);
	print_array(&print, "explain");
	for (size_t i = 0; i < count; i++) {
		if (i)
			print_text(&print, "\n");
		explain_print(&print, &views[i]);
	}
	print_close(&print);
	return cmd_print_end(&print);
}

static int run(const struct cmd *cmd, const struct rules *ports, const struct address *from)
{
	struct client *client = cmd_connect(cmd);
	struct explain_view *views;
	int status;

	if (!client)
		return REPORT_REFUSED;
	views = memory_get(ports->count, sizeof(*views));
	if (ask(client, ports, from, views))
		status = report_client(cmd->line, client_get_error(client));
	else
		status = tell(cmd, views, ports->count);
	free(views);
	client_close(client);
	return status;
}

/**
 * cmd_explain() - explain [SCOPE] PORT [from ADDRESS]
 * @cmd: the command line
 *
 * Return: the exit status.
 */
int cmd_explain(const struct cmd *cmd)
{
	struct rules ports = { 0 };
	struct address from;
	struct fault fault;
	int status;

	if (grammar_explain(cmd->words, cmd->count, &ports, &from, &fault))
		status = report_fault(cmd->line, &fault);
	else
		status = run(cmd, &ports, &from);
	free(ports.list);
	return status;
}
