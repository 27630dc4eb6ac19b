// Messages generated from proto/, validated at the edge.
export {};
