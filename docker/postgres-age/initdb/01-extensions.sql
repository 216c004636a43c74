-- The extensions, and the graph: heimdall_graph, or what HMD_AGE_GRAPH says.
SET client_min_messages = warning;

CREATE EXTENSION IF NOT EXISTS vector;
CREATE EXTENSION IF NOT EXISTS age;
CREATE EXTENSION IF NOT EXISTS heimdall;

\set graph heimdall_graph
\getenv graph HMD_AGE_GRAPH
SELECT heimdall.init(:'graph') \g /dev/null
