/** Leaves the threads of an operation to the engine, as it is for users; to be imported before any backend is opened. */
delete process.env['TF_NUM_INTRAOP_THREADS'];
